/** Tests of {@code org.flowstream.net}. */
@NullMarked
package org.flowstream.net;

import org.jspecify.annotations.NullMarked;
