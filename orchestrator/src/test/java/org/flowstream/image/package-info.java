@NullMarked
package org.flowstream.image;

import org.jspecify.annotations.NullMarked;
