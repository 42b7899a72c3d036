package org.flowstream.lowering;

import org.flowstream.lowering.Formulas.Range;

/** Nodes of a graph while it is made, those that a node leads to before it. */
interface TestGraph {
    /** A target that leads to {@code yes} when the word is there and within the range, else to {@code no}. */
    int node(Word word, Range range, int yes, int no);

    /** How many nodes there are. */
    int size();
}
