/** A configuration as a picture: elements in layers from left to right, as packets go. */
@DependsOn({"element", "click", "lowering"})
@NullMarked
package org.flowstream.drawing;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
