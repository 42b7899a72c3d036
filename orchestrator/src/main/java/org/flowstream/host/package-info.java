/** What the kernel's network and the machine look like: taps, links, addresses, offloads. */
@NullMarked
package org.flowstream.host;

import org.jspecify.annotations.NullMarked;
