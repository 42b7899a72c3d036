package org.flowstream.cli;

/** A command whose help page says what it needs. */
interface SaysNeeds {
    /** The line for the help page. */
    String needs();
}
