/** Images: the runtime ELF with the blob and the manifest put in, and reading them back. */
@DependsOn({"element", "click", "verification", "lowering", "template"})
@NullMarked
package org.flowstream.image;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
