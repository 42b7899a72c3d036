/** Tests of {@code org.flowstream.problem}. */
@NullMarked
package org.flowstream.problem;

import org.jspecify.annotations.NullMarked;
