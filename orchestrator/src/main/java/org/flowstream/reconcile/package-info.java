/** The loop that observes, plans and acts until the world is as declared. */
@DependsOn({"store", "health", "event"})
@NullMarked
package org.flowstream.reconcile;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
