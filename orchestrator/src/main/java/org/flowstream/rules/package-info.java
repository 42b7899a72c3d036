/** OpenFlow rules, groups and meters that steer a chain, as values. */
@DependsOn({"chain"})
@NullMarked
package org.flowstream.rules;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
