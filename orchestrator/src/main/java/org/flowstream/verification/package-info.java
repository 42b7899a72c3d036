/** Checks of a configuration against the element descriptors before anything is built. */
@DependsOn({"element", "click"})
@NullMarked
package org.flowstream.verification;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
