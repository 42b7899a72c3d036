/** Domain XML: what libvirt is told of a machine. */
@NullMarked
package org.flowstream.domain;

import org.jspecify.annotations.NullMarked;
