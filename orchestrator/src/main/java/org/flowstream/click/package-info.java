/** The Click language: text to tokens to a graph of elements, with the place of each in its file. */
@DependsOn("element")
@NullMarked
package org.flowstream.click;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
