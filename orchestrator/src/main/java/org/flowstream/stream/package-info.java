/** Connections that many threads share. */
@NullMarked
package org.flowstream.stream;

import org.jspecify.annotations.NullMarked;
