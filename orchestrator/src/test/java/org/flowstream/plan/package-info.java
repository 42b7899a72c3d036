/** Tests of the planner, against a world in memory that refuses what a real one could not do. */
@NullMarked
package org.flowstream.plan;

import org.jspecify.annotations.NullMarked;
