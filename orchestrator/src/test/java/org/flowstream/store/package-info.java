/** Tests of the store, on real files. */
@NullMarked
package org.flowstream.store;

import org.jspecify.annotations.NullMarked;
