package org.flowstream.lowering;

/** The numbers of the blob's layout (docs/contracts.md, section 2). */
final class BlobFormat {
    static final String MAGIC = "FSBLOB\r\n";
    static final int VERSION = 1;
    static final int HEADER_BYTES = 64;
    static final int CRC_OFFSET = 16;
    static final int ELEMENT_BYTES = 56;
    static final int CONNECTION_BYTES = 12;
    static final int ARGUMENT_BYTES = 16;
    static final int ALIGNMENT = 8;

    private BlobFormat() {}
}
