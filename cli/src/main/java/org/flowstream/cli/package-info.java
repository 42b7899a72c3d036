/** The command line: commands that work on files in process, and commands that ask the daemon. */
@NullMarked
package org.flowstream.cli;

import org.jspecify.annotations.NullMarked;
