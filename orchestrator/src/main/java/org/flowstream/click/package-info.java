/** The Click language: text to tokens to a graph of elements, with the place of each in its file. */
@NullMarked
package org.flowstream.click;

import org.jspecify.annotations.NullMarked;
