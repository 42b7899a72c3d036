package org.flowstream.host;

import java.nio.ByteBuffer;

/**
 * A frame that passed an interface.
 *
 * @param time nanoseconds since 1970
 * @param outgoing whether the host sent it by the interface, which is to the machine behind a tap
 * @param length of the frame, bytes; more than {@code bytes} where only its beginning was kept
 */
public record CapturedFrame(long time, boolean outgoing, int length, ByteBuffer bytes) {}
