/** Tests of the conversation with a guest. */
@NullMarked
package org.flowstream.control;

import org.jspecify.annotations.NullMarked;
