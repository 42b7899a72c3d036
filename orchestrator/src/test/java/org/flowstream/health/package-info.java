/** Tests of the health monitor. */
@NullMarked
package org.flowstream.health;

import org.jspecify.annotations.NullMarked;
