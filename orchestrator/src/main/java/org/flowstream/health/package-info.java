/** The health of middleboxes, level by level, derived from the world at each reading. */
@DependsOn({"event"})
@NullMarked
package org.flowstream.health;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
