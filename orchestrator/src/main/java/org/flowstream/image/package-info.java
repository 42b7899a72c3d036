/** Images: the runtime ELF with the blob and the manifest put in, and reading them back. */
@DependsOn({"template", "click", "verification", "lowering"})
@NullMarked
package org.flowstream.image;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
