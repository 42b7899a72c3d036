package org.flowstream.openflow;

/** Numbers of messages and of multipart kinds (OpenFlow 1.3.5, sections 7.1 and 7.3.5). */
final class MessageType {
    static final int HELLO = 0;
    static final int ERROR = 1;
    static final int ECHO_REQUEST = 2;
    static final int ECHO_REPLY = 3;
    static final int EXPERIMENTER = 4;
    static final int FEATURES_REQUEST = 5;
    static final int FEATURES_REPLY = 6;
    static final int SET_CONFIG = 9;
    static final int PACKET_IN = 10;
    static final int PORT_STATUS = 12;
    static final int PACKET_OUT = 13;
    static final int FLOW_MOD = 14;
    static final int GROUP_MOD = 15;
    static final int PORT_MOD = 16;
    static final int MULTIPART_REQUEST = 18;
    static final int MULTIPART_REPLY = 19;
    static final int BARRIER_REQUEST = 20;
    static final int BARRIER_REPLY = 21;
    static final int SET_ASYNC = 28;

    static final int PART_DESCRIPTION = 0;
    static final int PART_FLOW = 1;
    static final int PART_TABLE = 3;
    static final int PART_PORT = 4;
    static final int PART_GROUP = 6;
    static final int PART_GROUP_DESCRIPTION = 7;
    static final int PART_PORT_DESCRIPTION = 13;

    private MessageType() {}
}
