/** Tests of the loop. */
@NullMarked
package org.flowstream.reconcile;

import org.jspecify.annotations.NullMarked;
