@NullMarked
package org.flowstream.template;

import org.jspecify.annotations.NullMarked;
