/** Checks of a configuration against the element descriptors before anything is built. */
@DependsOn({"click"})
@NullMarked
package org.flowstream.verification;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
