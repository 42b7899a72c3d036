/** Tests of the chain compiler. */
@NullMarked
package org.flowstream.chain;

import org.jspecify.annotations.NullMarked;
