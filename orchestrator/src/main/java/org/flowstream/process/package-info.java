/** Programs we run: middleboxes as processes, and host tools, always as argument lists. */
@DependsOn("host")
@NullMarked
package org.flowstream.process;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
