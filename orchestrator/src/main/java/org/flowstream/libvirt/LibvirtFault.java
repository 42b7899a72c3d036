package org.flowstream.libvirt;

/**
 * A call of libvirt that failed, by kind; libvirt's own words are the message.
 *
 * <p>Unchecked, because a caller rarely knows a way out where it happens: an action that fails ends its chain's plan, and
 * the next plan begins from what is then observed.
 */
public final class LibvirtFault extends RuntimeException {
    /** What kind of failure, from libvirt's error codes (virterror.h). */
    public enum Kind {
        /** There is no such domain (VIR_ERR_NO_DOMAIN): the only code that means absent. */
        ABSENT,
        /** The domain has no tag of ours (VIR_ERR_NO_DOMAIN_METADATA). */
        UNTAGGED,
        /** libvirt does not answer, or the connection broke. */
        UNREACHABLE,
        /** We may not. */
        DENIED,
        /** The domain is not in a state for it, or a name or id is taken. */
        CONFLICT,
        /** libvirt waited too long for QEMU. */
        TIMEOUT,
        /** This host or this libvirt has no means for what was asked (VIR_ERR_CONFIG_UNSUPPORTED). */
        UNSUPPORTED,
        /** libvirt or QEMU refuses what was asked, or failed at it. */
        REFUSED
    }

    private static final int FROM_RPC = 7;
    private static final int FROM_REMOTE = 13;

    /** The driver has no such function. */
    static final int NO_SUPPORT = 3;

    private static final int INTERNAL_ERROR = 1;
    private static final int NO_CONNECT = 5;
    private static final int INVALID_CONN = 6;
    private static final int OPERATION_DENIED = 29;
    private static final int DOM_EXIST = 28;
    private static final int SYSTEM_ERROR = 38;
    private static final int RPC = 39;
    private static final int NO_DOMAIN = 42;
    private static final int AUTH_FAILED = 45;
    private static final int OPERATION_INVALID = 55;
    private static final int CONFIG_UNSUPPORTED = 67;
    private static final int OPERATION_TIMEOUT = 68;
    private static final int NO_DOMAIN_METADATA = 80;
    private static final int ACCESS_DENIED = 88;
    private static final int AUTH_UNAVAILABLE = 94;

    private final Kind kind;
    private final int code;
    private final String words;

    /** Of libvirt's error; {@code origin} is its part of libvirt, of virErrorDomain. */
    LibvirtFault(int code, int origin, String message) {
        this(kind(code, origin), code, message);
    }

    private LibvirtFault(Kind kind, int code, String message) {
        super(message);
        this.words = message;
        this.kind = kind;
        this.code = code;
    }

    static LibvirtFault unreachable(String message) {
        return new LibvirtFault(Kind.UNREACHABLE, NO_CONNECT, message);
    }

    public Kind kind() {
        return kind;
    }

    @Override
    public String getMessage() {
        return words;
    }

    /** libvirt's number, of virErrorNumber. */
    public int code() {
        return code;
    }

    private static Kind kind(int code, int origin) {
        boolean wire = origin == FROM_RPC || origin == FROM_REMOTE;
        return switch (code) {
            case NO_DOMAIN -> Kind.ABSENT;
            case NO_DOMAIN_METADATA -> Kind.UNTAGGED;
            case NO_CONNECT, INVALID_CONN, RPC -> Kind.UNREACHABLE;
            case INTERNAL_ERROR, SYSTEM_ERROR -> wire ? Kind.UNREACHABLE : Kind.REFUSED;
            case OPERATION_DENIED, AUTH_FAILED, ACCESS_DENIED, AUTH_UNAVAILABLE -> Kind.DENIED;
            case DOM_EXIST, OPERATION_INVALID -> Kind.CONFLICT;
            case OPERATION_TIMEOUT -> Kind.TIMEOUT;
            case CONFIG_UNSUPPORTED -> Kind.UNSUPPORTED;
            default -> Kind.REFUSED;
        };
    }
}
