/** Tests of {@code org.flowstream.click}. */
@NullMarked
package org.flowstream.click;

import org.jspecify.annotations.NullMarked;
