/** Events: what happened to which object, when, why and on whose authority. */
@NullMarked
package org.flowstream.event;

import org.jspecify.annotations.NullMarked;
