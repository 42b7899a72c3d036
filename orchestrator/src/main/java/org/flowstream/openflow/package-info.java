/** Rules, groups and packets of a bridge, by the OpenFlow 1.3 wire protocol and its Nicira extensions. */
@DependsOn("stream")
@NullMarked
package org.flowstream.openflow;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
