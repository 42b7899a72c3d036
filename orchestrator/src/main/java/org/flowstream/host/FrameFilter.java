package org.flowstream.host;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.flowstream.host.FilterProgram.Label;
import org.flowstream.net.EtherType;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;
import org.flowstream.problem.BadValueException;

/**
 * Which frames of an interface are wanted: those of a flow and of its answers. The kernel decides before it copies a frame,
 * so that one that is not wanted costs next to nothing.
 *
 * <p>Frames are read as Open vSwitch reads them (ovs-fields(7)): one VLAN tag, which may lie beside the frame; IPv6 with up
 * to {@value #MOST_EXTENSIONS} extension headers; later fragments have no ports.
 */
public final class FrameFilter {
    static final int MOST_EXTENSIONS = 8;

    private static final int ALL_OF_IT = 0x40000;
    private static final int ETHERNET = 14;
    private static final int VLAN = 4;
    private static final int LEAST_TYPE = 0x600;
    /** What Open vSwitch takes for the type of a frame that has a length in its place. */
    private static final int NO_TYPE = 0x5ff;

    private static final int TAGGED = 0x1000;
    // Ancillary data, behind SKF_AD_OFF: SKF_AD_VLAN_TAG, SKF_AD_VLAN_TAG_PRESENT.
    private static final int TAG_BESIDE = 0xfffff000 + 44;
    private static final int IS_TAG_BESIDE = 0xfffff000 + 48;

    // Words of the memory.
    private static final int TAG = 0;
    private static final int TYPE = 1;
    private static final int NETWORK = 2;
    private static final int PROTOCOL = 3;
    private static final int FRAGMENT = 4;
    private static final int UPPER = 5;
    private static final int NEXT_UPPER = 6;

    // MatchField.IP_FRAG's bits.
    private static final int FIRST_FRAGMENT = 1;
    private static final int LATER_FRAGMENT = 3;
    private static final int LATER = 2;

    private static final int IP6_HEADER = 40;
    private static final int AUTHENTICATION = 51;
    private static final int FRAGMENT_HEADER = 44;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    /** Hop-by-hop options, routing, destination options, mobility: those whose length is counted in eight bytes. */
    private static final List<Integer> COMMON_EXTENSIONS = List.of(0, 43, 60, 135);

    private static final Set<MatchField> OF_UPPER = EnumSet.of(
            MatchField.TP_SRC,
            MatchField.TP_DST,
            MatchField.TCP_FLAGS,
            MatchField.ICMP_TYPE,
            MatchField.ICMP_CODE,
            MatchField.ND_TARGET);
    private static final Set<MatchField> OF_HEADERS = EnumSet.of(MatchField.IP_PROTO, MatchField.IP_FRAG);

    private final FilterProgram program = new FilterProgram();
    private final boolean ip6;

    private FrameFilter(FlowMatch flow) {
        this.ip6 = flow.isOf(EtherType.IP6);
        Label no = new Label();
        ethernet();
        boolean upper = flow.fields().keySet().stream().anyMatch(OF_UPPER::contains);
        if (upper || flow.fields().keySet().stream().anyMatch(OF_HEADERS::contains)) {
            // These need a type of IP, which is the same both ways.
            program.loadMemory(TYPE);
            program.jumpUnlessEqual(ip6 ? EtherType.IP6.value() : EtherType.IP.value(), no);
            if (ip6) {
                ip6();
            } else {
                ip4();
            }
        }
        for (FlowMatch way : new LinkedHashSet<>(List.of(flow, flow.reversed()))) {
            Label other = new Label();
            if (upper) {
                program.loadMemory(FRAGMENT);
                program.jumpIfAnyBit(LATER, other);
            }
            way.fields().forEach((field, value) -> test(field, value, other));
            program.end(ALL_OF_IT);
            program.here(other);
        }
        program.here(no);
        program.end(0);
    }

    /**
     * Takes the frames of a flow and those of {@link FlowMatch#reversed()}; for any frame it takes all.
     *
     * @throws BadValueException when it names what cannot be looked for here
     */
    public static FrameFilter of(FlowMatch flow) {
        for (MatchField field : List.of(MatchField.ND_SLL, MatchField.ND_TLL)) {
            if (flow.get(field).isPresent()) {
                throw BadValueException.of("'" + flow + "': a capture cannot look for " + field.text());
            }
        }
        return new FrameFilter(flow);
    }

    /** An array of struct sock_filter. */
    byte[] toBytes() {
        return program.toBytes();
    }

    private void ethernet() {
        Label inside = new Label();
        Label tagged = new Label();
        Label untagged = new Label();
        Label done = new Label();
        for (int word : new int[] {PROTOCOL, FRAGMENT, UPPER, NEXT_UPPER}) {
            program.store(word, 0);
        }
        program.load(FilterProgram.HALF, ETHERNET - 2);
        program.store(TYPE);
        program.load(FilterProgram.WORD, IS_TAG_BESIDE);
        program.jumpIfEqual(0, inside);
        program.load(FilterProgram.WORD, TAG_BESIDE);
        program.or(TAGGED);
        program.store(TAG);
        program.store(NETWORK, ETHERNET);
        program.jump(done);
        program.here(inside);
        program.loadMemory(TYPE);
        program.jumpIfEqual(EtherType.VLAN.value(), tagged);
        program.jumpIfEqual(EtherType.SERVICE_VLAN.value(), tagged);
        program.jump(untagged);
        program.here(tagged);
        program.load(FilterProgram.HALF, ETHERNET);
        program.or(TAGGED);
        program.store(TAG);
        program.load(FilterProgram.HALF, ETHERNET + 2);
        program.store(TYPE);
        program.store(NETWORK, ETHERNET + VLAN);
        program.jump(done);
        program.here(untagged);
        program.store(TAG, 0);
        program.store(NETWORK, ETHERNET);
        program.here(done);
        Label typed = new Label();
        program.loadMemory(TYPE);
        program.jumpIfAtLeast(LEAST_TYPE, typed);
        program.store(TYPE, NO_TYPE);
        program.here(typed);
    }

    private void ip4() {
        Label whole = new Label();
        Label first = new Label();
        program.loadBehind(FilterProgram.BYTE, NETWORK, 9);
        program.store(PROTOCOL);
        program.loadBehind(FilterProgram.HALF, NETWORK, 6);
        program.and(0x3fff);
        program.jumpIfEqual(0, whole);
        program.and(0x1fff);
        program.jumpIfEqual(0, first);
        program.store(FRAGMENT, LATER_FRAGMENT);
        program.jump(whole);
        program.here(first);
        program.store(FRAGMENT, FIRST_FRAGMENT);
        program.here(whole);
        program.loadBehind(FilterProgram.BYTE, NETWORK, 0);
        program.and(0xf);
        program.shiftLeft(2);
        program.plusMemory(NETWORK);
        program.store(UPPER);
    }

    private void ip6() {
        Label done = new Label();
        program.loadMemory(NETWORK);
        program.plus(IP6_HEADER);
        program.store(UPPER);
        program.loadBehind(FilterProgram.BYTE, NETWORK, 6);
        program.store(PROTOCOL);
        for (int i = 0; i < MOST_EXTENSIONS; i++) {
            extension(done);
        }
        program.here(done);
    }

    /** Goes on to the next header when this one is an extension. */
    private void extension(Label done) {
        Label common = new Label();
        Label authentication = new Label();
        Label fragment = new Label();
        Label whole = new Label();
        Label next = new Label();
        program.loadMemory(PROTOCOL);
        COMMON_EXTENSIONS.forEach(number -> program.jumpIfEqual(number, common));
        program.jumpIfEqual(AUTHENTICATION, authentication);
        program.jumpIfEqual(FRAGMENT_HEADER, fragment);
        program.jump(done);

        program.here(fragment);
        program.loadBehind(FilterProgram.HALF, UPPER, 2);
        Label later = new Label();
        program.jumpIfAnyBit(0xfff8, later);
        program.and(1);
        program.jumpIfEqual(0, whole);
        program.store(FRAGMENT, FIRST_FRAGMENT);
        program.here(whole);
        program.loadConstant(8);
        program.jump(next);
        program.here(later);
        program.store(FRAGMENT, LATER_FRAGMENT);
        program.jump(done);

        program.here(authentication);
        program.loadBehind(FilterProgram.BYTE, UPPER, 1);
        program.plus(2);
        program.shiftLeft(2);
        program.jump(next);

        program.here(common);
        program.loadBehind(FilterProgram.BYTE, UPPER, 1);
        program.plus(1);
        program.shiftLeft(3);

        program.here(next);
        program.plusMemory(UPPER);
        program.store(NEXT_UPPER);
        program.loadBehind(FilterProgram.BYTE, UPPER, 0);
        program.store(PROTOCOL);
        program.loadMemory(NEXT_UPPER);
        program.store(UPPER);
    }

    private void test(MatchField field, MaskedValue value, Label no) {
        switch (field) {
            case VLAN_VID -> word(TAG, 0, value, no);
            case VLAN_PCP -> word(TAG, 13, value, no);
            case ETH_TYPE -> word(TYPE, 0, value, no);
            case IP_PROTO -> word(PROTOCOL, 0, value, no);
            case IP_FRAG -> word(FRAGMENT, 0, value, no);
            case ETH_DST -> ethernetAddress(0, value, no);
            case ETH_SRC -> ethernetAddress(6, value, no);
            case ARP_SHA -> address(8, value, no);
            case ARP_THA -> address(18, value, no);
            case ARP_OP -> bits(FilterProgram.HALF, NETWORK, 6, 0, value, no);
            case ARP_SPA -> bits(FilterProgram.WORD, NETWORK, 14, 0, value, no);
            case ARP_TPA -> bits(FilterProgram.WORD, NETWORK, 24, 0, value, no);
            case IP_SRC -> bits(FilterProgram.WORD, NETWORK, 12, 0, value, no);
            case IP_DST -> bits(FilterProgram.WORD, NETWORK, 16, 0, value, no);
            case IP6_SRC -> wide(NETWORK, 8, value, no);
            case IP6_DST -> wide(NETWORK, 24, value, no);
            case IP6_LABEL -> bits(FilterProgram.WORD, NETWORK, 0, 0, value, no);
            // The traffic class of IPv6 is the twelve bits behind the version's four, but for the label's four.
            case IP_DSCP ->
                bits(ip6 ? FilterProgram.HALF : FilterProgram.BYTE, NETWORK, ip6 ? 0 : 1, ip6 ? 6 : 2, value, no);
            case IP_ECN ->
                bits(ip6 ? FilterProgram.HALF : FilterProgram.BYTE, NETWORK, ip6 ? 0 : 1, ip6 ? 4 : 0, value, no);
            case IP_TTL -> bits(FilterProgram.BYTE, NETWORK, ip6 ? 7 : 8, 0, value, no);
            case TP_SRC -> bits(FilterProgram.HALF, UPPER, 0, 0, value, no);
            case TP_DST -> bits(FilterProgram.HALF, UPPER, 2, 0, value, no);
            case TCP_FLAGS -> bits(FilterProgram.HALF, UPPER, 12, 0, value, no);
            case ICMP_TYPE -> bits(FilterProgram.BYTE, UPPER, 0, 0, value, no);
            case ICMP_CODE -> bits(FilterProgram.BYTE, UPPER, 1, 0, value, no);
            case ND_TARGET -> neighbour(value, no);
            case ND_SLL, ND_TLL -> throw new IllegalArgumentException(field.text());
        }
    }

    private void word(int word, int shift, MaskedValue value, Label no) {
        program.loadMemory(word);
        program.shiftRight(shift);
        compare((int) value.low(), (int) value.maskLow(), no);
    }

    private void bits(int size, int word, int offset, int shift, MaskedValue value, Label no) {
        program.loadBehind(size, word, offset);
        program.shiftRight(shift);
        compare((int) value.low(), (int) value.maskLow(), no);
    }

    /** All bits behind the shift but those of the mask go: others of the same bytes belong to other fields. */
    private void compare(int value, int mask, Label no) {
        program.and(mask);
        program.jumpUnlessEqual(value, no);
    }

    private void ethernetAddress(int offset, MaskedValue value, Label no) {
        program.load(FilterProgram.WORD, offset);
        compare((int) (value.low() >>> 16), (int) (value.maskLow() >>> 16), no);
        program.load(FilterProgram.HALF, offset + 4);
        compare((int) value.low() & 0xffff, (int) value.maskLow() & 0xffff, no);
    }

    /** An Ethernet address behind the network header's beginning. */
    private void address(int offset, MaskedValue value, Label no) {
        program.loadBehind(FilterProgram.WORD, NETWORK, offset);
        compare((int) (value.low() >>> 16), (int) (value.maskLow() >>> 16), no);
        program.loadBehind(FilterProgram.HALF, NETWORK, offset + 4);
        compare((int) value.low() & 0xffff, (int) value.maskLow() & 0xffff, no);
    }

    private void wide(int word, int offset, MaskedValue value, Label no) {
        long[] values = {value.high() >>> 32, value.high(), value.low() >>> 32, value.low()};
        long[] masks = {value.maskHigh() >>> 32, value.maskHigh(), value.maskLow() >>> 32, value.maskLow()};
        for (int i = 0; i < values.length; i++) {
            if ((int) masks[i] != 0) {
                program.loadBehind(FilterProgram.WORD, word, offset + 4 * i);
                compare((int) values[i], (int) masks[i], no);
            }
        }
    }

    private void neighbour(MaskedValue value, Label no) {
        Label good = new Label();
        program.loadBehind(FilterProgram.HALF, UPPER, 0);
        program.jumpIfEqual(NEIGHBOUR_SOLICITATION << 8, good);
        program.jumpUnlessEqual(NEIGHBOUR_ADVERTISEMENT << 8, no);
        program.here(good);
        wide(UPPER, 8, value, no);
    }
}
