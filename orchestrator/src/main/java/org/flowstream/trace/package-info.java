/** Where a packet goes and why: hop by hop through switch and middleboxes, without sending one. */
@NullMarked
package org.flowstream.trace;

import org.jspecify.annotations.NullMarked;
