/**
 * The Click language: text to tokens, to a syntax tree, to a graph of elements, with the place of each in its file.
 *
 * <p>The language is that of click(5) and of Click 2.1: {@link org.flowstream.click.ClickParser} reads all of it,
 * {@link org.flowstream.click.Elaborator} makes the graph and names what it does not support yet. Element classes are
 * only names here.
 */
@DependsOn("element")
@NullMarked
package org.flowstream.click;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
