/** The declared objects: middleboxes, chains, ports, their names, ids and owners. */
@DependsOn({"net", "problem"})
@NullMarked
package org.flowstream.model;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
