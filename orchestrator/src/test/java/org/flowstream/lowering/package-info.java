/** Tests of {@code org.flowstream.lowering}. */
@NullMarked
package org.flowstream.lowering;

import org.jspecify.annotations.NullMarked;
