package org.flowstream.domain;

import java.util.Locale;
import org.flowstream.model.Installation;

/**
 * The storage pool in which images lie on a machine's host while the machine is made: what libvirt is told of it. Its
 * name is the tag, since libvirt keeps no metadata of pools.
 */
public final class UploadXml {
    private static final String FOLDERS = "/var/lib/libvirt/";

    private UploadXml() {}

    /** {@code flowstream} on an ordinary host, with the installation's mark on another one. */
    public static String poolName(Installation installation) {
        return installation.equals(Installation.STANDARD)
                ? "flowstream"
                : String.format(Locale.ROOT, "flowstream.%06x", installation.mark());
    }

    /** A folder for root alone. */
    public static String pool(Installation installation) {
        String name = poolName(installation);
        return new Xml()
                .element(
                        "pool",
                        pool -> {
                            pool.text("name", name);
                            pool.element("target", target -> {
                                target.text("path", FOLDERS + name);
                                target.element(
                                        "permissions",
                                        permissions -> permissions
                                                .text("mode", "0700")
                                                .text("owner", 0)
                                                .text("group", 0));
                            });
                        },
                        "type",
                        "dir")
                .toString();
    }

    /** A file of so many bytes. */
    public static String volume(String name, int bytes) {
        return new Xml()
                .element("volume", volume -> {
                    volume.text("name", name);
                    volume.text("capacity", bytes, "unit", "bytes");
                    volume.element("target", target -> target.empty("format", "type", "raw"));
                })
                .toString();
    }
}
