@NullMarked
package org.flowstream.trace;

import org.jspecify.annotations.NullMarked;
