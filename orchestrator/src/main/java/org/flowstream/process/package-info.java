/** Programs we run: middleboxes as processes, and host tools, always as argument lists. */
@NullMarked
package org.flowstream.process;

import org.jspecify.annotations.NullMarked;
