package org.flowstream.model;

import java.time.Instant;

/**
 * A change that is taken back unless it is confirmed in time.
 *
 * @param set whose apply it was
 * @param until when it is taken back
 * @param undo what takes it back
 */
public record PendingChange(Name set, Instant until, Change undo) {}
