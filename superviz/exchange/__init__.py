"""What goes to other programs and comes from them: weights, histories, recipes, scripts; numpy and safetensors."""
