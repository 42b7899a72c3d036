/** Templates: reading {@code template.json}, its schema, and binding typed parameters to values. */
@DependsOn({"element", "click", "verification"})
@NullMarked
package org.flowstream.template;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
