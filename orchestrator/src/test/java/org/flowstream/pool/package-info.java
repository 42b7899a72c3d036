@NullMarked
package org.flowstream.pool;

import org.jspecify.annotations.NullMarked;
