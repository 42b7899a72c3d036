package org.flowstream.process;

/**
 * How a program of the user's ended.
 *
 * @param asOrdinary with status 0, or because it was asked to
 * @param detail its status or signal, and the last line that it printed
 */
public record ProgramEnd(boolean asOrdinary, String detail) {}
