@NullMarked
package org.flowstream.stream;

import org.jspecify.annotations.NullMarked;
