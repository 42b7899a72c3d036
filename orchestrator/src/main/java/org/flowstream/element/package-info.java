/** Element classes as the runtime describes them: ports, arguments, handlers, effects. */
@NullMarked
package org.flowstream.element;

import org.jspecify.annotations.NullMarked;
