/** Tests of the shape of the code itself. */
@NullMarked
package org.flowstream.architecture;

import org.jspecify.annotations.NullMarked;
