/** Values of the network: MAC and IP addresses, prefixes, port names, flow matches. */
@DependsOn("problem")
@NullMarked
package org.flowstream.net;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
