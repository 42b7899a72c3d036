package org.flowstream.openflow;

/** Agreement on a version (OpenFlow 1.3.5, sections 6.3.1 and 7.5.1): both must name 1.3. */
final class HelloCodec {
    private static final int BITMAP = 1;

    private HelloCodec() {}

    static void requireVersion(Frame hello, String name) {
        if (!speaks(hello)) {
            throw new SwitchUnreachableException(name + " does not speak OpenFlow 1.3 (it offers version "
                    + hello.version() + "); allow it: ovs-vsctl add bridge BRIDGE protocols OpenFlow13");
        }
    }

    private static boolean speaks(Frame hello) {
        WireReader elements = hello.reader();
        while (elements.remaining() >= 4) {
            int type = elements.u16();
            int length = elements.u16();
            WireReader element = elements.part(Math.min(Math.max(length - 4, 0), elements.remaining()));
            if (type == BITMAP && element.remaining() >= 4) {
                return (element.u32() >>> Requests.VERSION & 1) != 0;
            }
            elements.skip(Math.min(-length & 7, elements.remaining()));
        }
        return hello.version() >= Requests.VERSION;
    }
}
