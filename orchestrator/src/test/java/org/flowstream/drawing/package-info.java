@NullMarked
package org.flowstream.drawing;

import org.jspecify.annotations.NullMarked;
