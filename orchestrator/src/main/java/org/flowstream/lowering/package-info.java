/** From a checked graph to the blob that the runtime loads: one class for each argument type. */
@DependsOn({"element", "click", "verification"})
@NullMarked
package org.flowstream.lowering;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
