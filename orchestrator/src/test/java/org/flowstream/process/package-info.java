@NullMarked
package org.flowstream.process;

import org.jspecify.annotations.NullMarked;
