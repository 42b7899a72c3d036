@NullMarked
package org.flowstream.metrics;

import org.jspecify.annotations.NullMarked;
