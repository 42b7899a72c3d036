@NullMarked
package org.flowstream.firstpacket;

import org.jspecify.annotations.NullMarked;
