/** Plans: from what is desired and what is observed to a list of actions. Pure; executing an action is elsewhere. */
@DependsOn({"chain", "domain", "rules"})
@NullMarked
package org.flowstream.plan;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
